"""Mails to the people who look after a workspace, and the pages that these lead to."""
