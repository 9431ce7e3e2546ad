/** What is known of a service that runs: a file of its own, written whole. */

import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { cacheFolder } from './cache.ts'
import type { ProcessIdentity } from './identity.ts'
import type { Command, Service } from './service.ts'

/** One that was ended on purpose, by somebody who means to start it again. */
export interface Away {
  /** Its place in `processes`. */
  readonly at: number
  readonly by: ProcessIdentity
}

export interface Running {
  readonly processes: readonly ProcessIdentity[]
  /** By which each was started. */
  readonly commands: readonly Command[]
  /** One for each process. */
  readonly urls: readonly string[]
  readonly ports: readonly number[]
  readonly address: string
  readonly away: readonly Away[]
}

export const folderOf = ({ name }: Service) => join(cacheFolder(), 'run', name)
export const lockOf = (service: Service) => `${folderOf(service)}.lock`
const fileOf = (service: Service) => join(folderOf(service), 'state.json')

export const logOf = (service: Service, at: number, { command }: Command) =>
  join(folderOf(service), `${at + 1}-${basename(command)}.log`)

/** Of what was started last; it may be gone. */
export function lastState(service: Service): Running | undefined {
  const file = fileOf(service)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Running) : undefined
}

export function keep(service: Service, running: Running): void {
  const draft = `${fileOf(service)}.new`
  writeFileSync(draft, JSON.stringify(running))
  renameSync(draft, fileOf(service))
}
