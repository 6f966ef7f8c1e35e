#!/usr/bin/env bash
# Submits the 1000 parts of the job in /data/job to AWS Batch, and a merge that begins when all parts are done.
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
  "jobDefinition": "pixtrend",
  "arrayProperties": {"size": 1000},
  "containerOverrides": {
    "command": ["/usr/bin/pixtrend","job","run","/data/job","--memory","2147483648"],
    "resourceRequirements": [
      {"type": "VCPU", "value": "4"},
      {"type": "MEMORY", "value": "2112"}
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
  "jobDefinition": "pixtrend",
  "containerOverrides": {
    "command": ["/usr/bin/pixtrend","job","merge","/data/job","--memory","2147483648"],
    "resourceRequirements": [
      {"type": "VCPU", "value": "4"},
      {"type": "MEMORY", "value": "2112"}
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
