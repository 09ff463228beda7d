/** Bytes of the reason in a close frame (RFC 6455, section 5.5). */
const maxBytes = 123;
const ellipsis = '…';

/** Makes the reason with which a websocket is closed: code and message of a refusal, as far as they fit. */
export function closeReason({ code, message }: { readonly code: string; readonly message: string }): string {
  const reason = `${code}: ${message}`;
  if (Buffer.byteLength(reason) <= maxBytes) return reason;
  const bytes = Buffer.alloc(maxBytes - Buffer.byteLength(ellipsis));
  bytes.write(reason); // writes whole characters only
  const fitting = bytes.toString().replace(/\0+$/, '');
  return `${fitting.slice(0, fitting.lastIndexOf(' '))}${ellipsis}`;
}
