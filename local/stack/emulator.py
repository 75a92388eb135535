"""The AWS emulator (MiniStack) in its own virtual environment. Only this module and the shims know which one it is.

https://pypi.org/project/ministack/
"""

import os
import shutil

from local.stack.children import Child
from local.stack.errors import StackError
from local.stack.places import HOST, STATE, aws_environment
from local.stack.template import REGION, ROOT

VENV = ROOT / ".venv-emulator"
COMMAND = ROOT / "local" / "stack" / "emulator_shims.py"
MAIL = STATE / "emulator" / "mail"


def start(port: int) -> Child:
    """Start the emulator with empty state on loopback and wait until it answers."""
    if not (VENV / "bin" / "ministack").exists():
        raise StackError("The emulator is not installed yet: run it through make (make demo, make stack).")
    state = STATE / "emulator"
    shutil.rmtree(state, ignore_errors=True)
    endpoint = f"http://{HOST}:{port}"
    # Functions inherit this environment: as on Lambda, nothing of the person's own is in it.
    kept = {key: os.environ[key] for key in ("HOME", "LANG", "TMPDIR") if key in os.environ}
    aws = {key: value for key, value in aws_environment(endpoint).items() if key.startswith("AWS_")}
    environment = (
        kept
        | aws
        | {
            "BIND_HOST": HOST,  # its default is every interface
            "GATEWAY_PORT": str(port),
            "IOT_MTLS_ENABLED": "0",
            "AUTH": "true",  # signatures are checked, and every role may do what its policy says and nothing else
            "MINISTACK_HOST": HOST,
            "MINISTACK_REGION": REGION,
            "PERSIST_STATE": "0",
            "STATE_DIR": str(state / "state"),
            "S3_DATA_DIR": str(state / "s3"),
            # It runs functions with the first python3 of the path: that must be the runtime's version, with boto3.
            "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}",
        }
    )
    # Without -P the modules beside the shim would stand in for others of their names.
    command = [str(VENV / "bin" / "python"), "-P", str(COMMAND), str(MAIL)]
    child = Child("emulator", command, environment, STATE / "emulator.log")
    try:
        child.wait_until_it_answers(f"{endpoint}/_ministack/health")
    except BaseException:
        child.stop()
        raise
    return child
