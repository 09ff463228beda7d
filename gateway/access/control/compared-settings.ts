import { createHmac, hkdfSync } from 'node:crypto';

/** Settings that each gateway may have of its own. */
const own: ReadonlySet<string> = new Set([
  'HOST',
  'PORT',
  'ADMIN_HOST',
  'ADMIN_PORT',
  'DATA_DIR',
  'LOG_LEVEL',
  'REDIS_URL',
  'RELEASE',
  'SUBGRAPH_BASE_PORT',
]);

/** Settings that all gateways of one graph must have in common, by name, with their values in JSON. There are secrets among them. */
export type ComparedSettings = Readonly<Record<string, string>>;

/** Takes the settings to compare from all settings of a gateway, defaults included. */
export function comparedSettings(settings: Readonly<Record<string, unknown>>): ComparedSettings {
  return Object.fromEntries(
    Object.entries(settings)
      .filter(([name, value]) => !own.has(name) && value !== undefined)
      .map(([name, value]) => [name, JSON.stringify(value)] as const)
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}

/** What a gateway tells the others about its settings. Nobody without the secret can guess a value from it. */
export interface SettingsDigest {
  /** Equal for gateways with equal settings. */
  readonly whole: string;
  /** A keyed hash of each setting, by name. */
  readonly each: Readonly<Record<string, string>>;
}

/** Characters of a hash: 96 bits. */
const length = 16;

/** @param secret the secret of API keys, which all gateways have in common */
export function digestSettings(settings: ComparedSettings, secret: string): SettingsDigest {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'settings of gateways', 32));
  const hash = (text: string) => createHmac('sha256', key).update(text).digest('base64url').slice(0, length);
  const each = Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, hash(`${name}=${value}`)]));
  return { whole: hash(JSON.stringify(settings)), each };
}

/** Names the settings that differ. With different secrets no other setting can be compared. @param secretName the setting with the secret */
export function differingSettings(
  one: SettingsDigest['each'],
  other: SettingsDigest['each'],
  secretName = 'API_KEY_SECRET',
): string[] {
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])].sort();
  const differing = names.filter((name) => one[name] !== other[name]);
  return differing.includes(secretName) ? [secretName] : differing;
}
