/** Every service there is, by name. */

import { etcd } from './etcd.ts'
import type { Service } from './service.ts'
import { toxiproxy } from './toxiproxy.ts'

export const services: readonly Service[] = [toxiproxy, etcd]
