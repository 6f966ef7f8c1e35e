// quiet_thread keeps GDAL from printing what it says on this thread.
void quiet_thread(void);

// crs_thread_is_early returns whether the thread for coordinate systems was started before Go's
// runtime.
int crs_thread_is_early(void);
