"""What the pages of scenes show: rows turned into words, figures and drawings, once."""
