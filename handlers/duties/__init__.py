"""任务: what a circular asks for becomes what each unit owes; who has answered, and who has not."""
