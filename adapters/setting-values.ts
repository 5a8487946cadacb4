/**
 * Parsers of single settings: text to value, or what was expected instead (never the value itself, it may be secret).
 */
import { type CapabilityKey, type CapabilityKeys } from '#core/capability.ts';
import { topicRetentionDays } from '#core/event-catalog.ts';
import { no, ok, type Result } from '#core/failure.ts';
import { patterns } from '#core/ids.ts';

/** Takes trimmed, non-empty text; the problem reads after "Expected …". */
export type Parser<T> = (text: string) => Result<T, string>;

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;

const controls = /\p{Cc}/u;

export const text: Parser<string> = (value) =>
  controls.test(value) ? no('text without control characters') : ok(value);

/** A part of the names of stacks and functions. */
export const deployment: Parser<string> = (value) =>
  /^[a-z][a-z0-9-]{0,19}$/.test(value) ? ok(value) : no('small letters, digits and -, at most 20');

/** Goes into an HTTP header. */
export const token: Parser<string> = (value) =>
  /^[\x21-\x7e]+$/.test(value) ? ok(value) : no('printable ASCII without spaces');

export const path: Parser<string> = (value) =>
  value.includes('\0') ? no('a path without NUL bytes') : ok(value);

export const pem: Parser<string> = (value) =>
  /^-----BEGIN CERTIFICATE-----\r?\n[\s\S]+-----END CERTIFICATE-----$/.test(value)
    ? ok(value)
    : no('certificates in PEM, from -----BEGIN CERTIFICATE----- on');

export const flag: Parser<boolean> = (value) =>
  value === 'true' || value === 'false' ? ok(value === 'true') : no('true or false');

export const logLevel: Parser<(typeof logLevels)[number]> = (value) => {
  const level = logLevels.find((candidate) => candidate === value.toLowerCase());
  return level === undefined ? no(`one of ${logLevels.join(', ')}`) : ok(level);
};

export const port: Parser<number> = (value) => whole(value, 1, 65535, 'a port number from 1 to 65535');
/** Of ended runs. */
export const retentionDays: Parser<number> = (value) =>
  whole(
    value,
    topicRetentionDays,
    3650,
    `a whole number of days from ${topicRetentionDays}, which topics keep their records, to 3650`,
  );

/** Pool sizes, replicas. */
export const small: Parser<number> = (value) => whole(value, 1, 1000, 'a whole number from 1 to 1000');

function whole(value: string, least: number, most: number, expected: string): Result<number, string> {
  const number = Number(value);
  return /^[0-9]{1,5}$/.test(value) && number >= least && number <= most ? ok(number) : no(expected);
}

export const hostName: Parser<string> = (value) =>
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252})|\[?[0-9A-Fa-f:.]{2,45}\]?)$/.test(value)
    ? ok(value)
    : no('a host name or address, without scheme or port');

export const httpUrl: Parser<string> = (value) => {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    return no('a URL that begins with https:// or http://');
  return url.username === '' && url.password === ''
    ? ok(value)
    : no('a URL without user name and password in it');
};

export const brokers: Parser<readonly string[]> = (value) => {
  const list = commaList(value);
  return list.length > 0 &&
    list.every((broker) => /^(?:[A-Za-z0-9._-]{1,253}|\[[0-9a-fA-F:.]{2,45}\]):[0-9]{1,5}$/.test(broker))
    ? ok(list)
    : no('host:port of each broker, separated by commas');
};

/** The scheme alone is looked at here; the driver says what else is wrong with it when it connects. */
export const mongoUri: Parser<string> = (value) =>
  /^mongodb(?:\+srv)?:\/\/\S+$/.test(value)
    ? ok(value)
    : no('a URI that begins with mongodb:// or mongodb+srv://');

export const kafkaSecurities = ['plaintext', 'tls', 'scram-sha-256', 'scram-sha-512', 'msk-iam'] as const;

export const kafkaSecurity: Parser<(typeof kafkaSecurities)[number]> = (value) => {
  const kind = kafkaSecurities.find((candidate) => candidate === value.toLowerCase());
  return kind === undefined ? no(`one of ${kafkaSecurities.join(', ')}`) : ok(kind);
};

export const hosts: Parser<readonly string[]> = (value) => {
  const list = commaList(value).map((host) => host.toLowerCase());
  return list.length > 0 &&
    list.every((host) => /^(?:[a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::[0-9]{1,5})?$/.test(host))
    ? ok(list)
    : no('hosts separated by commas, each host or host:port');
};

export const agentNames: Parser<readonly string[]> = (value) => {
  const list = commaList(value);
  return list.every((name) => patterns.agentName.test(name))
    ? ok(list)
    : no('agent names separated by commas');
};

export const endpoints: Parser<Readonly<Record<string, string>>> = (value) =>
  pairs(
    value,
    'agent=URL pairs separated by commas',
    (name, url) => patterns.agentName.test(name) && httpUrl(url).ok,
  );

/** A bare name is the entry `default`. */
export const modelNames: Parser<Readonly<Record<string, string>>> = (value) =>
  pairs(
    commaList(value)
      .map((entry) => (entry.includes('=') ? entry : `default=${entry}`))
      .join(','),
    'a model name, or profile=name pairs separated by commas',
    (profile, name) => patterns.agentName.test(profile) && /^[\x21-\x7e]{1,200}$/.test(name),
  );

export const capabilityKeys: Parser<CapabilityKeys> = (value) => {
  const keys = commaList(value).map(capabilityKey);
  const [first, ...rest] = keys.filter((key) => key !== undefined);
  const ids = new Set(keys.map((key) => key?.id));
  return first !== undefined && rest.length + 1 === keys.length && ids.size === keys.length
    ? ok([first, ...rest])
    : no('id:base64 pairs separated by commas, each id once, each key 32 bytes or more');
};

function capabilityKey(entry: string): CapabilityKey | undefined {
  const [, id, base64] = /^([a-z0-9]{1,16}):([A-Za-z0-9+/]+={0,2})$/.exec(entry) ?? [];
  if (id === undefined || base64 === undefined) return undefined;
  const secret = Buffer.from(base64, 'base64');
  return secret.length >= 32 ? { id, secret: new Uint8Array(secret) } : undefined;
}

function pairs(
  value: string,
  expected: string,
  fits: (key: string, value: string) => boolean,
): Result<Readonly<Record<string, string>>, string> {
  const entries = commaList(value).map((entry): readonly [string, string] => {
    const cut = entry.indexOf('=');
    return [entry.slice(0, Math.max(cut, 0)).trim(), entry.slice(cut + 1).trim()];
  });
  const unique = new Set(entries.map(([key]) => key)).size === entries.length;
  return unique && entries.length > 0 && entries.every(([key, item]) => fits(key, item))
    ? ok(Object.fromEntries(entries))
    : no(expected);
}

const commaList = (value: string): readonly string[] =>
  value
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
