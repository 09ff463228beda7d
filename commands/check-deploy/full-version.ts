/** PostgreSQL numbers its versions with two numbers, other programs with three. */
export function hasFullVersion(image: string): boolean {
  const [name = '', version = ''] = (image.split('/').at(-1) ?? '').split(':');
  return (name.includes('postgres') && !name.includes('exporter') ? /^\d+\.\d+(-|$)/ : /^v?\d+\.\d+\.\d+/).test(
    version,
  );
}
