"""The real Lambda runtime on this machine, without Docker: the runtime interface emulator and awslambdaric."""
