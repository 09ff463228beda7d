const steps = 10;

/**
 * Calls back after so many milliseconds in which this process ran. An ordinary timer fires at once when a process goes on that was
 * suspended (a virtual machine that was moved, SIGSTOP), and would end work that had no time yet.
 * @returns cancels it
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
