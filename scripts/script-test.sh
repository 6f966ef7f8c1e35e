#!/usr/bin/env bash
# Checks the scripts of `pixtrend job script` for Kubernetes and AWS Batch, as job/testdata has them,
# against the schemas of these systems. Tests of package job compare the scripts with job/testdata.
# Needs: Python 3.11 or newer with venv. Installs Python packages in .cache/script-test once.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

venv=.cache/script-test
scripts/venv.sh script-test "$venv" botocore==1.44.5 kubernetes-validate==1.37.0 PyYAML==6.0.3
"$venv/bin/python" scripts/check_job_scripts.py job/testdata/kubernetes*.yaml job/testdata/aws-batch*.sh
