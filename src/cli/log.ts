/**
 * `weir log`: runs the embedded log until it is asked to stop. What it tells goes to the error
 * stream, one JSON object a line. It ends with code 0 when it was stopped in peace, 3 when it was
 * told something that cannot be, 1 when something failed that it cannot go on without.
 */

import { join } from 'node:path'
import { Command } from 'commander'
import { WeirError } from '../base/errors.ts'
import { EmbeddedLog } from '../connectors/log/embedded.ts'
import { defaultLogLimits } from '../connectors/log/limits.ts'
import type { LogFiles } from '../connectors/log/store/files.ts'
import { openFiles } from '../connectors/log/store/opening.ts'
import { LogServer } from '../connectors/log/wire/server.ts'
import { realClock } from '../io/clock.ts'
import { DataFolder } from '../io/data-folder.ts'
import { FolderDisk } from '../io/disk.ts'
import { diskTrouble } from '../io/disk-trouble.ts'
import { FolderLock } from '../io/level/lock.ts'
import { JsonLog } from '../io/log.ts'
import { randomId } from '../io/random.ts'
import { makeFolder, syncFolder } from '../io/small-file.ts'
import { CommandFailure, exitCodes } from './exit.ts'
import { readInput } from './input-file.ts'
import { addLogOptions, judgeLogSettings, type LogSettings, type SaidLog } from './log-options.ts'
import type { Terminal } from './output.ts'

/** Of the data folder: a node's folder has a `log` of its own. */
const FOLDER = 'streams'

export function logCommand(terminal: Terminal): Command {
  const command = new Command('log').description(
    'run the embedded log, one process that keeps topics on its own disk, until asked to stop',
  )
  return addLogOptions(command)
    .addHelpText(
      'after',
      '\nWhat it acknowledges is on its disk, and nowhere else: it makes no copies.' +
        '\n\nExample:\n  weir log --listen 127.0.0.1:7270 --data /tmp/log',
    )
    .action((said: SaidLog) => {
      const { settings, trouble } = judgeLogSettings(said)
      if (settings === undefined) throw new CommandFailure(exitCodes.badInput, trouble)
      return new Run(settings, text => terminal.err(text)).whole()
    })
}

/** Codes of what failed, rather than was wrongly told. */
const failures: readonly string[] = ['disk-full', 'io-error', 'internal']

class Run {
  readonly #settings: LogSettings
  readonly #logger: JsonLog
  /** Never resolves. */
  readonly #failed: Promise<never>
  #fail: (error: unknown) => void = () => {}

  constructor(settings: LogSettings, write: (line: string) => void) {
    this.#settings = settings
    const { logLevel: level } = settings
    this.#logger = new JsonLog({ level, always: {}, nowMs: Date.now, write })
    this.#failed = new Promise((_, reject) => {
      this.#fail = reject
    })
  }

  async whole(): Promise<void> {
    let onSignal: (signal: string) => void = () => {}
    const asked = new Promise<void>(resolve => {
      onSignal = signal => {
        this.#logger.log('info', 'stopping', { signal })
        resolve()
      }
    })
    // Once: a second signal ends the process at once, as it does where nobody listens.
    process.once('SIGTERM', onSignal).once('SIGINT', onSignal)
    try {
      await Promise.race([this.#run(asked), this.#failed])
      this.#logger.log('info', 'stopped')
    } catch (error) {
      throw this.#failureOf(error)
    } finally {
      process.off('SIGTERM', onSignal).off('SIGINT', onSignal)
    }
  }

  async #run(asked: Promise<void>): Promise<void> {
    const { data } = this.#settings
    await DataFolder.open(data)
    const lock = await FolderLock.take(data)
    const folder = join(data, FOLDER)
    await makeFolder(folder)
    await syncFolder(data)
    const log = new EmbeddedLog({
      files: await openedFiles(folder),
      clock: realClock,
      limits: defaultLogLimits,
      onFailed: code => this.#fail(diskTrouble({ code: systemCodes[code], message: folder })),
    })
    const server = await this.#listen(log)
    const { segments, bytes } = log.stats()
    const facts = { log: log.name, port: server.port, data, segments, bytes }
    this.#logger.log('info', 'listening', facts)
    await asked
    await new Promise<void>(resolve => server.close(resolve))
    await new Promise<void>(resolve => log.close(resolve))
    await lock.release()
  }

  #listen(log: EmbeddedLog): Promise<LogServer> {
    const { listen, tls } = this.#settings
    const files = tls && {
      ca: readInput(tls.ca),
      cert: readInput(tls.cert),
      key: readInput(tls.key),
    }
    return new Promise((resolve, reject) => {
      LogServer.open(log, listen, files, answer => {
        if ('server' in answer) resolve(answer.server)
        else reject(new WeirError(answer.refused.code, answer.refused.message))
      })
    })
  }

  /** An error with a code is told in a sentence; any other is a mistake of ours, with its stack. */
  #failureOf(ending: unknown): Error {
    const error = ending instanceof WeirError ? ending : (diskTrouble(ending) ?? ending)
    const { code = 'internal', message, stack = '' } = error as Error & { code?: string }
    const isTold = error instanceof WeirError
    const facts = isTold ? { code } : { code, stack }
    this.#logger.log('error', 'the log ends', { ...facts, why: message })
    if (!isTold) return error as Error
    const exitCode = failures.includes(code) ? exitCodes.failed : exitCodes.badInput
    return new CommandFailure(exitCode, message)
  }
}

/** What the system said, as far as the disk told. */
const systemCodes = { 'disk-full': 'ENOSPC', 'io-error': 'EIO', 'no-such-file': 'EIO' } as const

function openedFiles(folder: string): Promise<LogFiles> {
  const nowMs = realClock.monotonicMs()
  const options = { name: randomId(), limits: defaultLogLimits, nowMs }
  return new Promise((resolve, reject) => {
    openFiles(new FolderDisk(folder), options, ({ files, refused }) => {
      if (files !== undefined) resolve(files)
      else reject(new WeirError(refused.code, `${refused.message} (${folder})`))
    })
  })
}
