/** Secrets by a name that may be shown. */
export type NamedSecrets = Readonly<Record<string, string>>;

/** What was printed or sent somewhere, by the name of the place. */
export type Outputs = Readonly<Record<string, string>>;

const shortest = 12;

/** @returns `PLACE: NAME (form)` for each secret that a place shows */
export function findSecrets(secrets: NamedSecrets, outputs: Outputs): readonly string[] {
  const wanted = Object.entries(secrets).flatMap(([name, secret]) =>
    formsOf(secret).map(([form, text]) => ({ name, form, text })),
  );
  return Object.entries(outputs).flatMap(([place, output]) => {
    const lower = output.toLowerCase();
    const shows = ({ form, text }: { form: string; text: string }) =>
      form === 'hex' ? lower.includes(text) : output.includes(text);
    return wanted.filter(shows).map(({ name, form }) => `${place}: ${name} (${form})`);
  });
}

/** A secret as it may stand in an output, also within a longer text that was encoded as a whole. */
function formsOf(secret: string): readonly (readonly [string, string])[] {
  if (secret.length < shortest)
    throw new Error(`a secret of ${shortest} characters or more is required, which nothing else contains`);
  const bytes = Buffer.from(secret);
  const forms = [
    ['plain', secret],
    ['URL', encodeURIComponent(secret)],
    ['JSON', JSON.stringify(secret).slice(1, -1)],
    ['hex', bytes.toString('hex')],
    ...[0, 1, 2].flatMap((before) => base64Within(bytes, before)),
  ] as const;
  const different = new Map(forms.toReversed().map(([form, text]) => [text, form]));
  return [...different].map(([text, form]) => [form, text]);
}

/** The base64 of bytes that follow others, without the characters at both ends that depend on their neighbours. */
function base64Within(bytes: Buffer, before: number): readonly (readonly [string, string])[] {
  const whole = Buffer.concat([Buffer.alloc(before), bytes, Buffer.alloc((3 - ((before + bytes.length) % 3)) % 3)]);
  const first = Math.ceil((before * 8) / 6);
  const last = Math.floor(((before + bytes.length) * 8) / 6);
  return [
    ['base64', whole.toString('base64').slice(first, last)],
    ['base64url', whole.toString('base64url').slice(first, last)],
  ];
}
