package gdal

/*
#include <pthread.h>
#include <stdlib.h>

static void *wait_for(void *mutex) {
	pthread_mutex_lock((pthread_mutex_t *)mutex);
	pthread_mutex_unlock((pthread_mutex_t *)mutex);
	return NULL;
}

// try_threads starts n threads at a time and ends them. It returns how many could be started.
static int try_threads(int n) {
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	pthread_t *threads = (pthread_t *)malloc(sizeof(pthread_t) * (size_t)n);
	int started = 0;
	if (threads == NULL)
		return 0;
	pthread_mutex_lock(&mutex);
	while (started < n && pthread_create(&threads[started], NULL, wait_for, &mutex) == 0)
		started++;
	pthread_mutex_unlock(&mutex);
	for (int i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	free(threads);
	return started;
}
*/
import "C"

// TryThreads returns how many of n threads the system lets the process have. Go's runtime, which
// starts threads for calls of GDAL, ends the process if it cannot.
func TryThreads(n int) int { return int(C.try_threads(C.int(n))) }
