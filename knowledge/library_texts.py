"""What the library says about documents it takes in."""

SAME_NUMBER = "与《{title}》文号相同，两份都已收下"
MARKED = "标有“{mark}”，按规定不收录"
FAQ_TITLE = "妇联答问"
