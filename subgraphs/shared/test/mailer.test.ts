import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { SMTPServer } from 'smtp-server';
import { createFileMailer, createSmtpMailer } from '../mail/mailer.ts';
import { mailConfigOf, openMailer } from '../mail/open-mailer.ts';

const mail = { to: 'ana@demo.test', subject: 'Reset your password', text: 'Hello' };
const from = 'no-reply@freight.test';

test('an SMTP server that first refuses gets the mail later, with the same id', async () => {
  const messages: string[] = [];
  let isReady = false;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, _session, done) {
      text(stream).then((message) => {
        if (isReady) messages.push(message);
        done(isReady ? null : Object.assign(new Error('try later'), { responseCode: 451 }));
      }, done);
    },
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  try {
    const { port } = server.server.address() as AddressInfo;
    const mailer = createSmtpMailer(`smtp://127.0.0.1:${port}`, from);
    await expect(mailer.send(mail, 'mail-1')).rejects.toMatchObject({ responseCode: 451 });
    isReady = true;
    await mailer.send(mail, 'mail-1');
    expect(messages).toEqual([expect.stringContaining('Message-ID: <mail-1@freight.test>')]);
    expect(messages[0]).toContain('To: ana@demo.test');
  } finally {
    await new Promise<void>((closed) => server.close(closed));
  }
});

test('in development mails are files that only their owner may read', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mails-'));
  try {
    const mailer = createFileMailer(join(folder, 'mail'), from);
    await mailer.send(mail, 'mail-1');
    await mailer.send(mail, 'mail-1');
    expect(await readdir(join(folder, 'mail'))).toEqual(['mail-1.eml']);
    const file = join(folder, 'mail', 'mail-1.eml');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).toContain('Subject: Reset your password');
    await mailer.send({ ...mail, to: 'bana@demo.test' }, 'mail-2');
    await mailer.send({ ...mail, to: 'ünï@demo.test' }, 'mail-3');
    await mailer.forget('ünï@demo.test');
    await mailer.forget(mail.to);
    expect(await readdir(join(folder, 'mail'))).toEqual(['mail-2.eml']);
    await createFileMailer(join(folder, 'none'), from).forget(mail.to);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('production without an SMTP server sends no mails', () => {
  const config = mailConfigOf({ MAIL_FROM: from }, { isProduction: true, dataDir: '/unused' });
  expect(openMailer(config)).toBeNull();
});
