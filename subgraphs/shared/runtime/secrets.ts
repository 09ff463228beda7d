/** Removes secrets from texts about settings, because start-up errors are copied to logs, tickets and chats. */

const secretName = /SECRET|PASSWORD|PASSWD|PASSPHRASE|PASS$|TOKEN|CREDENTIAL|PRIVATE|_HEADERS$|_KEYS?$/;
const urlName = /_UR[IL]$/;

/** True for a variable whose name says that its value is a secret. */
export const isSecretName = (name: string): boolean => secretName.test(name);

/** The text that an error may show for the value of a variable. */
export function shownValue(name: string, value: string | undefined): string {
  if (value === undefined || value === '') return 'nothing';
  if (isSecretName(name)) return 'a value that is not shown';
  if (urlName.test(name)) return urlWithoutCredentials(value) ?? 'a text that is no URL and is not shown';
  return JSON.stringify(withoutCredentials(value));
}

/** Scheme, host, port and path of a URL, even if it is malformed; undefined if the text has no scheme. */
export function urlWithoutCredentials(text: string): string | undefined {
  const [, scheme, rest = ''] = /^([a-z][a-z0-9+.-]*:\/\/)(.*)$/is.exec(text) ?? [];
  if (scheme === undefined) return undefined;
  // An unescaped password can contain any character, so the host starts after the last @.
  return `${scheme}${rest.slice(rest.lastIndexOf('@') + 1).replace(/[?#].*$/s, '')}`;
}

/** Removes the user and password of URLs in a text. */
export function withoutCredentials(text: string): string {
  return text.replaceAll(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s'"]*@/gi, '$1');
}
