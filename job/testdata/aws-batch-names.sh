#!/usr/bin/env bash
# Submits the 16 parts of the job in /data/night's "job" #1/{{x}} \n: %j to AWS Batch, and a merge that begins when all parts are done.
#
# Run it with bash where the AWS CLI is. Containers of the job definition need the program and the
# folder of the job under these names. Parts that are done end at once, so run it again to try again
# what has failed.
#
# A part is tried four times in all, but only after exit code 75, a kill or the loss of its host.
set -euo pipefail

parts=$(aws batch submit-job --query jobId --output text --cli-input-json "$(
  cat <<'END OF THE JSON'
{
  "jobName": "pixtrend-0123456789ab",
  "jobQueue": "night",
  "jobDefinition": "pixtrend:3",
  "arrayProperties": {"size": 16},
  "containerOverrides": {
    "command": ["/opt/pix trend/it's $HOME/pixtrend","job","run","/data/night's \"job\" #1/{{x}} \\n: %j"],
    "resourceRequirements": [
      {"type": "VCPU", "value": "1"},
      {"type": "MEMORY", "value": "576"}
    ]
  },
  "retryStrategy": {
    "attempts": 4,
    "evaluateOnExit": [
      {"onStatusReason": "Host EC2*", "action": "RETRY"},
      {"onExitCode": "75", "action": "RETRY"},
      {"onExitCode": "137", "action": "RETRY"},
      {"onExitCode": "143", "action": "RETRY"},
      {"onReason": "*", "action": "EXIT"}
    ]
  }
}
END OF THE JSON
)")
echo "job $parts runs the parts"

merge=$(aws batch submit-job --query jobId --output text --depends-on "jobId=$parts" --cli-input-json "$(
  cat <<'END OF THE JSON'
{
  "jobName": "pixtrend-0123456789ab-merge",
  "jobQueue": "night",
  "jobDefinition": "pixtrend:3",
  "containerOverrides": {
    "command": ["/opt/pix trend/it's $HOME/pixtrend","job","merge","/data/night's \"job\" #1/{{x}} \\n: %j"],
    "resourceRequirements": [
      {"type": "VCPU", "value": "1"},
      {"type": "MEMORY", "value": "576"}
    ]
  },
  "retryStrategy": {
    "attempts": 4,
    "evaluateOnExit": [
      {"onStatusReason": "Host EC2*", "action": "RETRY"},
      {"onExitCode": "75", "action": "RETRY"},
      {"onExitCode": "137", "action": "RETRY"},
      {"onExitCode": "143", "action": "RETRY"},
      {"onReason": "*", "action": "EXIT"}
    ]
  }
}
END OF THE JSON
)")
echo "job $merge merges them"
