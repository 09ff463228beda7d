/** Preloaded for profiling: Node writes its profile when a process exits, but not when a signal ends it. */
process.once('SIGTERM', () => process.exit(0));
