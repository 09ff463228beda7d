/** What may be shown of settings: start-up errors end up in logs, tickets and chats. */

const secretName = /SECRET|PASSWORD|PASSWD|TOKEN|CREDENTIAL|PRIVATE|_KEYS?$/;
const urlName = /_UR[IL]$/;

/** What an error may say about the value of a variable. */
export function shownValue(name: string, value: string | undefined): string {
  if (value === undefined || value === '') return 'nothing';
  if (secretName.test(name)) return 'a value that is not shown';
  if (urlName.test(name)) return urlWithoutCredentials(value) ?? 'a text that is no URL and is not shown';
  return JSON.stringify(withoutCredentials(value));
}

/** Scheme, host, port and path of a URL, also of one at fault; undefined where the text has no scheme. */
export function urlWithoutCredentials(text: string): string | undefined {
  const [, scheme, rest = ''] = /^([a-z][a-z0-9+.-]*:\/\/)(.*)$/is.exec(text) ?? [];
  if (scheme === undefined) return undefined;
  // A password may hold any character where its owner forgot to escape it: the host follows the last @.
  return `${scheme}${rest.slice(rest.lastIndexOf('@') + 1).replace(/[?#].*$/s, '')}`;
}

/** A text in which URLs have lost their user and password. */
export function withoutCredentials(text: string): string {
  return text.replaceAll(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s'"]*@/gi, '$1');
}
