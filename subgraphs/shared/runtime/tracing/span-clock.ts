/** Milliseconds by which the clock of the machine may leave that of the process before spans follow it. */
const toleratedMs = 50;

/** When the clock of the process began, by the clock of the machine: there is one of each. */
let originMs = performance.timeOrigin;

/** Follows a clock of the machine that was set while the process runs. Called when a trace begins. */
export function followClock(): void {
  const now = Date.now();
  if (Math.abs(originMs + performance.now() - now) > toleratedMs) originMs = now - performance.now();
}

/** Turns `performance.now()` milliseconds into those since 1970. */
export function unixMilliseconds(milliseconds: number): number {
  return originMs + milliseconds;
}
