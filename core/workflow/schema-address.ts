/**
 * Addresses within JSON Schemas: `$id`, `$anchor`, `$ref`. In the place of the resolver that ajv brings along, which is
 * 18 KB of every function's cold start; Node has a URL parser.
 * SA1. What refers within its own schema (and nothing else may, JS1 of `json-schema.ts`) resolves as ajv's own would.
 */
interface Address {
  readonly path?: string;
  readonly fragment?: string;
}

export const schemaAddresses = {
  parse: (address: string): Address => {
    const at = address.indexOf('#');
    if (at < 0) return { path: address };
    // A lone % is a character, and ajv decodes what it is given.
    const fragment = address.slice(at + 1).replace(/%(?![0-9a-f]{2})/gi, '%25');
    return { path: address.slice(0, at), fragment };
  },

  serialize: ({ path = '', fragment }: Address): string =>
    fragment === undefined ? path : `${path}#${fragment}`,

  /** Relative to `base`, which may itself be relative, or empty. */
  resolve: (base: string, address: string): string => {
    const [here = ''] = base.split('#');
    if (address === '' || address.startsWith('#')) return here + address;
    if (here === '') return address;
    if (URL.canParse(here)) return URL.canParse(address, here) ? new URL(address, here).href : address;
    if (URL.canParse(address)) return address;
    const { href } = new URL(address, new URL(here, nowhere));
    return here.startsWith('/') || address.startsWith('/')
      ? href.slice(nowhere.length - 1)
      : href.slice(nowhere.length);
  },
};

const nowhere = 'schema://nowhere/';
