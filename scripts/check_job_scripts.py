"""Checks what `pixtrend job script` prints against the schemas of Kubernetes and of AWS Batch.

    check_job_scripts.py FILE...

FILE is YAML for kubectl (*.yaml), or a shell script that calls the AWS CLI (*.sh), which is run with
a program in the place of the AWS CLI. scripts/script-test.sh calls it.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

import botocore.loaders
import botocore.model
import botocore.validate
import kubernetes_validate
import yaml

KUBERNETES = "1.33"  # the oldest with backoffLimitPerIndex


def check_kubernetes(file: pathlib.Path) -> int:
    jobs = list(yaml.safe_load_all(file.read_text()))
    for job in jobs:
        kubernetes_validate.validate(job, KUBERNETES, strict=True)
    return len(jobs)


def check_aws(file: pathlib.Path) -> int:
    loader = botocore.loaders.Loader()
    service = botocore.model.ServiceModel(loader.load_service_model("batch", "service-2"))
    shape = service.operation_model("SubmitJob").input_shape
    with tempfile.TemporaryDirectory() as folder:
        aws = pathlib.Path(folder, "aws")
        aws.write_text(
            f"#!{sys.executable}\nimport json, sys\n"
            f"open({str(aws) + '.log'!r}, 'a').write(json.dumps(sys.argv[1:]) + '\\n')\nprint('an-id')\n"
        )
        aws.chmod(0o755)
        subprocess.run(["bash", file], check=True, stdout=subprocess.DEVNULL, env=os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"})
        calls = [json.loads(line) for line in pathlib.Path(f"{aws}.log").read_text().splitlines()]
    for call in calls:
        parameters = json.loads(call[call.index("--cli-input-json") + 1])
        report = botocore.validate.ParamValidator().validate(parameters, shape)
        if report.has_errors():
            sys.exit(f"script-test: {file}: {report.generate_report()}")
        rules = parameters["retryStrategy"]["evaluateOnExit"]
        if len(rules) > 5 or rules[-1] != {"onReason": "*", "action": "EXIT"}:
            sys.exit(f"script-test: {file}: the rules {rules} are more than 5, or do not end with EXIT")
    if "--depends-on" not in calls[-1] or calls[-1][calls[-1].index("--depends-on") + 1] != "jobId=an-id":
        sys.exit(f"script-test: {file}: the merge does not depend on the parts")
    return len(calls)


for name in sys.argv[1:]:
    path = pathlib.Path(name)
    count = check_kubernetes(path) if path.suffix == ".yaml" else check_aws(path)
    if count != 2:
        sys.exit(f"script-test: {path} has {count} jobs, and it should have 2")
    print(f"script-test: {path}: {count} jobs are valid")
