const steps = 10;

/**
 * Calls back after a number of milliseconds, not counting time in which the process was suspended (a moved virtual machine, SIGSTOP). An ordinary
 * timer fires as soon as the process resumes, and would end work that had no time to run.
 * @returns a function that cancels the timer
 */
export function afterRunning(milliseconds: number, callback: () => void): () => void {
  let left = steps;
  const timer = setInterval(() => {
    left -= 1;
    if (left > 0) return;
    clearInterval(timer);
    callback();
  }, milliseconds / steps).unref();
  return () => clearInterval(timer);
}
