#!/usr/bin/env bash
# Submits the 16 parts of the job in /data/night's "job" #1/{{x}} \n: %j to Slurm, and a merge that begins when all parts are done.
#
# Run it with bash where sbatch is, and where the folder of the job is under the name that nodes have
# for it. To try again what has failed, print and run a new script: it has only what is left.
#
# A part that ends with exit code 75 or by a signal is queued again, at most three times. So is one
# whose node fails. Slurm cancels the merge if a part fails for good.
set -euo pipefail
cd '/data/night'\''s "job" #1/{{x}} \n: %j'
mkdir -p logs

parts=$(sbatch --parsable --job-name=pixtrend-0123456789ab --array=0-15 --cpus-per-task=1 --mem=576M \
  --requeue --open-mode=append --output=logs/part-%a.log <<'END OF THE SCRIPT'
#!/usr/bin/env bash
code=0
'/opt/pix trend/it'\''s $HOME/pixtrend' job run '/data/night'\''s "job" #1/{{x}} \n: %j' || code=$?
if ((code == 75 || code > 128)) && ((${SLURM_RESTART_COUNT:-0} < 3)); then
  echo "exit code $code on ${SLURMD_NODENAME-}: queued again"
  scontrol requeue "$SLURM_JOB_ID" && exit
fi
exit "$code"
END OF THE SCRIPT
)
parts=${parts%%;*} # without the name of the cluster
echo "job $parts runs the parts 0-15"

merge=$(sbatch --parsable --job-name=pixtrend-0123456789ab-merge --dependency="afterok:$parts" --kill-on-invalid-dep=yes \
  --cpus-per-task=1 --mem=576M --requeue --open-mode=append --output=logs/merge.log <<'END OF THE SCRIPT'
#!/usr/bin/env bash
code=0
'/opt/pix trend/it'\''s $HOME/pixtrend' job merge '/data/night'\''s "job" #1/{{x}} \n: %j' || code=$?
if ((code == 75 || code > 128)) && ((${SLURM_RESTART_COUNT:-0} < 3)); then
  echo "exit code $code on ${SLURMD_NODENAME-}: queued again"
  scontrol requeue "$SLURM_JOB_ID" && exit
fi
exit "$code"
END OF THE SCRIPT
)
echo "job ${merge%%;*} merges them"
