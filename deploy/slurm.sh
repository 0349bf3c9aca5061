#!/bin/bash
# A fleet as an array job: sbatch --array=0-7 deploy/slurm.sh drives.yaml results [pipeline.yaml]
# Slurm says index and count, so --shard is not needed. A task whose node fails is requeued and goes on where it stopped.
#SBATCH --job-name=windshield-fleet
#SBATCH --cpus-per-task=4
#SBATCH --mem=8G
#SBATCH --requeue
#SBATCH --output=windshield-fleet-%A_%a.log
set -euo pipefail

drives=${1:?expected the list of drives}
results=${2:?expected where results lie}
pipeline=${3:-}

: "${WINDSHIELD:=npx windshield}"
read -ra windshield <<<"$WINDSHIELD"

options=(--out "$results" --workers "${SLURM_CPUS_PER_TASK:-1}")
if [[ -n $pipeline ]]; then
  options+=(--pipeline "$pipeline")
fi

# exec: signals of Slurm reach the program itself.
exec "${windshield[@]}" fleet run "$drives" "${options[@]}"
