import type { z } from 'zod';
import { errorCode, errorMessage } from '../errors/error-code.ts';
import { ConfigurationError, needs, parseGiven } from './config.ts';

/** Of a response that is an error. */
const mostCharacters = 200;

/** The HTTP address of an option. @throws ConfigurationError */
export function parseGivenUrl(option: string, text: string): URL {
  const url = URL.parse(text);
  if (url && /^https?:$/.test(url.protocol)) return url;
  throw needs(option, 'a URL such as http://127.0.0.1:9090', text);
}

/** A server that an option names. */
interface GivenServer {
  readonly option: string;
  readonly address: string;
}

interface Asked extends RequestInit {
  readonly path: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** Asks a server. @throws ConfigurationError if it does not respond, or responds with an error */
export async function askGiven({ option, address }: GivenServer, asked: Asked): Promise<Response> {
  const { path, parameters = {}, timeoutMs, ...request } = asked;
  const url = new URL(path, parseGivenUrl(option, address));
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  const response = await fetch(url, { ...request, signal: AbortSignal.timeout(timeoutMs) }).catch((error: unknown) => {
    throw new ConfigurationError(
      `${option}: ${url.origin} does not respond (${reasonOf(error)}). Start it, or correct the address.`,
    );
  });
  if (response.ok) return response;
  const text = (await response.text()).trim().slice(0, mostCharacters).replaceAll(/\s+/g, ' ');
  throw new ConfigurationError(`${option}: ${url.origin}${path} responds ${response.status}${text && ` (${text})`}.`);
}

/** The JSON of a server in this shape. @throws ConfigurationError also if the response is another one */
export async function readGivenServer<S extends z.ZodType>(
  server: GivenServer,
  asked: Asked,
  shape: S,
): Promise<z.infer<S>> {
  const response = await askGiven(server, asked);
  const body: unknown = await response.json().catch(() => {
    throw new ConfigurationError(
      `${server.option}: ${server.address}${asked.path} responds with something else than JSON.`,
    );
  });
  return parseGiven(shape, body, `${server.option}: ${server.address}${asked.path} responds in another form`);
}

/** Node says only "fetch failed", and why in the cause. */
function reasonOf(error: unknown): string {
  const cause = typeof error === 'object' && error !== null && 'cause' in error ? error.cause : undefined;
  return errorCode(cause) ?? errorMessage(cause ?? error);
}
