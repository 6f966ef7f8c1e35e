// Package job cuts a fit of files into parts that any number of processes, on any number of machines,
// work on, and merges what they make into the files that one process would have written.
//
// Nothing moves between the windows of a fit. So all that a scheduler has to do is to start processes
// and to start them again, and this package turns the one number that it gives each of them into a
// file:
//
//	plan, err := job.Create(ctx, "trend.job", inputs, "trend.tif", options, job.Cut{Parts: 64})
//	…
//	plan, err := job.Read("trend.job")
//	_, err = plan.Run(ctx, job.RunOptions{Part: part})  // in a process for each part
//	…
//	summary, err := plan.Merge(ctx, job.MergeOptions{}) // when all are done
//
// # Parts and shards
//
// A scheduler counts parts. A part is a run of shards: rectangles of whole blocks of the inputs and of
// the outputs, so that no block is decoded twice. The file of a shard appears whole or not at all, and
// a shard that is made is not made again. A part that is killed goes on where it was, and several
// processes may run a part at once: a lock gives each shard to one of them, and where a file system
// has no locks they make the same bytes.
//
// # Plans
//
// [Create] checks all that raster.Prepare checks, and writes plan.json. Its members are those of
// [Plan]: the options that are set, by the names of the fields of raster.Options; every file that is
// read, with its size and time; the dates, the CRS and the place of the outputs; how the raster is
// cut; and the version of pixtrend. The digest is one of all these. [Plan.Run] and [Plan.Merge]
// refuse to go on with anything else, and say what has changed. Threads, memory and the instruction
// set change no result, and each process has its own.
//
// Names in a plan are those that were given, and URLs have the signatures that they were given with.
// They begin in the folder that [Plan.Workplace] returns,
// which has to be the working directory of whoever runs or merges.
//
// # The folder of a job
//
//	plan.json                    the plan
//	shards/DIGEST-000017.tif     a shard: a band for each band of each output
//	shards/DIGEST-000017.json    its record: its window, size and checksum. It is written last
//	merged.json                  which files the outputs are, written right before they get their names
//
// # Errors
//
// raster.Temporary reports whether an error may pass, so that a scheduler should try again. A
// [MissingError] has the parts that are left, a [ChangedError] and a [DifferentError] what is not as
// it was, and a raster.ShardError the file that is damaged.
package job
