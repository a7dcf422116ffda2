"""The words that platforms add to a reply."""

#: Under numbered choices: an old client shows no link, so the number always works.
ANSWER_WITH_NUMBER = "（回复数字即可）"
TAP_OR_NUMBER = "（点一下，或回复数字）"
