/** Who asks, as the operating system knows them; recorded where somebody steers. */
import { userInfo } from 'node:os';

export function userName(): string {
  try {
    return userInfo().username || 'cli';
  } catch {
    return 'cli';
  }
}
