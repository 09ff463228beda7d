/** Milliseconds by which the clock of the machine may leave that of the process before spans follow it. */
const toleratedMs = 50;

/** When the clock of the process began, by the clock of the machine: there is one of each. */
let originMs = performance.timeOrigin;

/** Follows a clock of the machine that was set while the process runs. Called when a trace begins. */
export function followClock(): void {
  const now = Date.now();
  if (Math.abs(originMs + performance.now() - now) > toleratedMs) originMs = now - performance.now();
}

/** Turns `performance.now()` milliseconds into the seconds and nanoseconds of OpenTelemetry. */
export function spanTime(milliseconds: number): [number, number] {
  const sinceEpoch = originMs + milliseconds;
  const seconds = Math.floor(sinceEpoch / 1_000);
  return [seconds, Math.round((sinceEpoch - seconds * 1_000) * 1_000_000)];
}
