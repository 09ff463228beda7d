/** A gateway reports its release as the image sets it: `1.2.0`, or `1.2.0+` and the revision. @throws Error if it runs another version */
export function requireRelease(gateway: string, reported: string | undefined, version: string): void {
  if (reported === version || reported?.startsWith(`${version}+`)) return;
  const found = reported === undefined ? 'does not report its release' : `runs ${reported}`;
  throw new Error(
    `${gateway} ${found}. Use an image that was built with VERSION=${version}, or a folder whose package.json has this version.`,
  );
}
