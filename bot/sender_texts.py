"""What the sender adds to a message that may have arrived before."""

MAYBE_REPEATED = "\n（编号 {number}，刚才网络不好，如果已经收到过请不用理）"
