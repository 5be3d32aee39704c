#!/bin/sh
#SBATCH --job-name=calf
#SBATCH --cpus-per-task=2
#SBATCH --mem=4G
#SBATCH --time=01:00:00
# grade/course/whole_class/slurm.sh: one submission of a class as a task of a
# job array:
#
#     grade/batch submissions/ --out RESULTS --prepare
#     sbatch --array=1-$(wc -l <RESULTS/jobs/left) \
#         grade/course/whole_class/slurm.sh RESULTS
#     grade/batch submissions/ --out RESULTS
#
# Call sbatch in the folder of this project. All nodes must see it, and RESULTS.
# The last command grades what failed, and makes the tables.

out=${1:?the folder for results}
line=$(sed -n "${SLURM_ARRAY_TASK_ID:?run it by sbatch --array}p" \
	"$out/jobs/left")
batch=$SLURM_SUBMIT_DIR/grade/batch
cd "$out/jobs" || exit 1
eval "exec \"\$batch\" --job $line"
