"""The admin's door: `/api`, behind the HTTP API's IAM authorizer."""
