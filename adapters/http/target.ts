/**
 * Where a request may go: the URL, checked before anything is sent, and the addresses of its host, checked at connect.
 * TG1. Every address a name resolves to is checked, and the socket goes to one of those very addresses: a second
 *      lookup with another answer changes nothing.
 */
import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { failure, no, ok, type Failure, type Result } from '#core/failure.ts';
import { forbiddenRange, isLoopback } from './address-ranges.ts';

export interface TargetRules {
  /** `host` or `host:port`, lower case: private addresses and plain http are allowed there. */
  readonly allowedHosts: readonly string[];
  /** Development: loopback and plain http to it are allowed. */
  readonly loopback: boolean;
}

export interface Target {
  readonly url: URL;
  /** Node connects to the addresses this gives, and no others. */
  readonly lookup: LookupFunction;
}

/** All addresses of a name, as `dns.lookup` with `all`. */
export type Resolve = (
  name: string,
  done: (error: NodeJS.ErrnoException | null, addresses: readonly LookupAddress[]) => void,
) => void;

export const systemResolve: Resolve = (name, done) => systemLookup(name, { all: true }, done);

/** Marks a refusal of an address while connecting. */
export class ForbiddenAddressError extends Error {
  override readonly name = 'ForbiddenAddressError';
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** `URL_SCHEME`, `URL_CREDENTIALS` or `SSRF_BLOCKED`, none of them retryable. */
export function checkTarget(
  text: string,
  rules: TargetRules,
  resolve: Resolve = systemResolve,
): Result<Target> {
  // The URL parser turns every spelling of an IPv4 address (hexadecimal, one number, full-width digits) into one.
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    return no(scheme(url?.protocol ?? 'no URL'));
  if (url.username !== '' || url.password !== '') return no(credentials(url.host));
  const host = bareHost(url);
  const allowed = rules.allowedHosts.includes(url.host) || rules.allowedHosts.includes(url.hostname);
  const range = isIP(host) === 0 ? undefined : refusedRange(host, rules, allowed);
  if (range !== undefined) return no(blocked(url.host, host, range));
  const plainAllowed = allowed || (rules.loopback && isLocalName(host));
  if (url.protocol === 'http:' && !plainAllowed) return no(scheme(url.protocol));
  return ok({ url, lookup: checkedLookup(rules, allowed, resolve) });
}

function checkedLookup(rules: TargetRules, allowed: boolean, resolve: Resolve): LookupFunction {
  return (name, options, callback) => {
    resolve(name, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error !== null || first === undefined) {
        callback(error ?? new Error(`no address for ${name}`), '', 0);
        return;
      }
      for (const { address } of addresses) {
        const range = refusedRange(address, rules, allowed);
        if (range === undefined) continue;
        callback(new ForbiddenAddressError(blocked(name, address, range)), '', 0);
        return;
      }
      if (options.all === true) callback(null, [...addresses]);
      else callback(null, first.address, first.family);
    });
  };
}

function refusedRange(address: string, rules: TargetRules, allowed: boolean): string | undefined {
  if (allowed || (rules.loopback && isLoopback(address))) return undefined;
  return forbiddenRange(address);
}

const bareHost = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');

const isLocalName = (host: string): boolean =>
  host === 'localhost' || host.endsWith('.localhost') || (isIP(host) !== 0 && isLoopback(host));

const scheme = (got: string): Failure =>
  failure(
    'URL_SCHEME',
    `the endpoint of the HTTP agent cannot be used: got '${got.slice(0, 20)}', expected https. Use an https address, or allow the host with BATON_ALLOWED_HOSTS.`,
  );

const credentials = (host: string): Failure =>
  failure(
    'URL_CREDENTIALS',
    `the endpoint of the HTTP agent carries credentials: expected https://${host}/ without user name and password. Remove them.`,
  );

const blocked = (host: string, address: string, range: string): Failure =>
  failure(
    'SSRF_BLOCKED',
    `the endpoint of the HTTP agent is at a forbidden address: got ${host.slice(0, 120)} at ${address} (${range}), expected a public address. Correct the endpoint, or allow the host with BATON_ALLOWED_HOSTS.`,
  );
