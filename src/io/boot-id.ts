/**
 * Which start of this machine it is. Unsynced writes outlive a process, not a machine: whoever
 * finds the same id knows that the system still holds what was written.
 */

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const LINUX_FILE = '/proc/sys/kernel/random/boot_id'

/** undefined: the system does not say, which must count as another start each time. */
export function readBootId(platform: string = process.platform): string | undefined {
  try {
    const text = platform === 'darwin' ? askDarwin() : readFileSync(LINUX_FILE, 'utf8')
    return text.trim() === '' ? undefined : text.trim()
  } catch {
    return undefined
  }
}

function askDarwin(): string {
  return execFileSync('sysctl', ['-n', 'kern.bootsessionuuid'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
}
