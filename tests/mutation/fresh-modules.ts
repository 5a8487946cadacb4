/**
 * Module hooks of the mutation run. Each mutant gets module instances of its own: what modules work out when they are
 * loaded, or remember between calls, is then the mutant's and nobody else's. Packages stay loaded.
 */
import { readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

const standIns: Readonly<Record<string, string>> = {
  'node:test': new URL('./collected-tests.ts', import.meta.url).href,
  'fast-check': new URL('./few-property-runs.ts', import.meta.url).href,
};

let generation = 0;

/** From now on, imports under the root give new instances. */
export function startGeneration(): void {
  generation += 1;
}

/** Node keeps what a specifier resolved to for its importer: only another specifier gives another instance. */
export const importFresh = (file: string): Promise<unknown> =>
  import(`${pathToFileURL(file).href}?generation=${generation}`);

/** `root`: the folder whose files are loaded anew for each generation, without a slash at its end. */
export function hookModules(root: string): void {
  const rootUrl = `${pathToFileURL(root).href}/`;
  const sources = new Map<string, string>();
  const ours = (url: string): boolean =>
    url.startsWith(rootUrl) && !url.includes('/node_modules/') && !url.includes('/tests/mutation/');
  registerHooks({
    resolve(specifier, context, next) {
      const standIn = standIns[specifier];
      if (standIn !== undefined && ours(context.parentURL ?? '')) return next(standIn, context);
      const resolved = next(specifier, context);
      if (!ours(resolved.url) || !resolved.url.endsWith('.ts')) return resolved; // has its query, or needs none
      return { ...resolved, url: `${resolved.url}?generation=${generation}` };
    },
    load(url, context, next) {
      const [file = ''] = url.split('?generation=');
      if (file === url) return next(url, context);
      let source = sources.get(file);
      if (source === undefined) {
        source = stripTypeScriptTypes(readFileSync(fileURLToPath(file), 'utf8'));
        sources.set(file, source);
      }
      return { format: 'module', source, shortCircuit: true };
    },
  });
}
