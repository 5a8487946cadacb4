/**
 * The base that the Dockerfiles name, made from this machine where no registry of images can be asked: Debian, the Node
 * that npm installed, npm, and the user `node`, as in the official image.
 */
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { ServicesError } from '../services/problem.ts';
import { perform } from '../services/tools.ts';
import { type Buildah } from './buildah.ts';

const recipe = `FROM scratch
COPY rootfs /
RUN echo 'node:x:1000:1000::/home/node:/bin/sh' >> /etc/passwd && echo 'node:x:1000:' >> /etc/group \\
  && install -d -o node -g node /home/node
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
CMD ["node"]
`;
const certificates = '/etc/ssl/certs/ca-certificates.crt';

export async function makeBaseImage(
  buildah: Buildah,
  image: string,
  at: { readonly folder: string; readonly root: string },
): Promise<void> {
  const context = join(at.folder, 'base');
  const rootfs = join(context, 'rootfs');
  rmSync(context, { recursive: true, force: true });
  mkdirSync(context, { recursive: true });
  const args = ['--variant=minbase', 'bookworm', rootfs];
  await perform({ command: 'debootstrap', args, cwd: context, log: join(at.folder, 'debootstrap.log') });
  for (const unused of globSync(['var/cache/apt', 'var/lib/apt/lists', 'usr/share/{doc,man,locale}'], {
    cwd: rootfs,
  }))
    rmSync(join(rootfs, unused), { recursive: true });
  putNode(rootfs, at.root);
  writeFileSync(join(context, 'Containerfile'), recipe);
  await buildah.build(image, join(context, 'Containerfile'), context);
  rmSync(context, { recursive: true });
}

function putNode(rootfs: string, root: string): void {
  const local = join(rootfs, 'usr', 'local');
  const [node = process.execPath] = globSync('node_modules/node-linux-*/bin/node', { cwd: root });
  cpSync(join(root, node), join(local, 'bin', 'node'));
  cpSync(npmFolder(), join(local, 'lib', 'node_modules', 'npm'), { recursive: true });
  for (const name of ['npm', 'npx'])
    symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(local, 'bin', name));
  mkdirSync(join(rootfs, dirname(certificates)), { recursive: true });
  if (existsSync(certificates)) cpSync(realpathSync(certificates), join(rootfs, certificates));
}

/** Of the npm on the PATH: the folder with its package.json. */
function npmFolder(): string {
  const { stdout } = spawnSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' });
  const command = stdout.trim();
  const folder = command === '' ? '' : join(dirname(realpathSync(command)), '..');
  if (existsSync(join(folder, 'package.json'))) return folder;
  throw new ServicesError({
    what: `npm cannot be put into an image: its folder was looked for beside '${command}'`,
    expected: 'npm as its own package installs it',
    fix: 'install npm 10 or newer and run the command again.',
  });
}
