"""What the template generator knows: shapes, words, colours, and how to place and turn parts."""
