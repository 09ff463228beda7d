/** Characters of a message to clients. */
const maxLength = 500;
/** Characters of a text that a message quotes. */
const maxQuoted = 60;

/** A quoted text, or the rest of the message if its end is missing. Each character is visited once. */
const quotedText = /"(?:[^"\\]|\\.?)*(?:"|$)/gs;
const variableValue = /^(Variable "\$\w+" got invalid value )(?:"(?:[^"\\]|\\.)*"|[^";])*?( at "[\w.[\]]+")?; /;

/**
 * Shortens a message that quotes what a client has sent, such as the value of a variable: the values go, the reason stays. A value may be as long
 * as the request, and several errors may quote it.
 */
export function shortMessage(message: string): string {
  if (message.length <= maxLength) return message;
  const quoted = message.replaceAll(quotedText, (text) =>
    text.length > maxQuoted ? `${text.slice(0, maxQuoted)}…"` : text,
  );
  if (quoted.length <= maxLength) return quoted;
  const summed = quoted.replace(variableValue, '$1of many entries$2; ');
  return summed.length <= maxLength ? summed : `${summed.slice(0, maxLength - 1)}…`;
}
