#!/usr/bin/env bash
# Submits the 1000 parts of the job in /data/job to Slurm, and a merge that begins when all parts are done.
#
# Run it with bash where sbatch is, and where the folder of the job is under the name that nodes have
# for it. To try again what has failed, print and run a new script: it has only what is left.
#
# A part that ends with exit code 75 or by a signal is queued again, at most three times. So is one
# whose node fails. Slurm cancels the merge if a part fails for good.
set -euo pipefail
cd /data/job
mkdir -p logs

merge=$(sbatch --parsable --job-name=pixtrend-0123456789ab-merge \
  --cpus-per-task=4 --mem=2112M --requeue --open-mode=append --output=logs/merge.log <<'END OF THE SCRIPT'
#!/usr/bin/env bash
code=0
/usr/bin/pixtrend job merge /data/job --memory 2147483648 || code=$?
if ((code == 75 || code > 128)) && ((${SLURM_RESTART_COUNT:-0} < 3)); then
  echo "exit code $code on ${SLURMD_NODENAME-}: queued again"
  scontrol requeue "$SLURM_JOB_ID" && exit
fi
exit "$code"
END OF THE SCRIPT
)
echo "job ${merge%%;*} merges them"
