"""What the composer's benchmark measures: the same minute of video, made by us and by what people use."""
