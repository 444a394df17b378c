"""What watching folders costs, and what it withstands: floods of files, idle hours, drives that hang."""
