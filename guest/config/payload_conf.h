/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest/config/payload_conf.h - keys of [payload] that need more than a type
 *
 * Each is an @add of struct conf_key, @into a struct init_conf.
 */
#ifndef GUEST_CONFIG_PAYLOAD_CONF_H
#define GUEST_CONFIG_PAYLOAD_CONF_H

const char *payload_add_exec(void *into, const char *value);
const char *payload_add_env(void *into, const char *value);
const char *payload_add_health(void *into, const char *value);
const char *payload_add_directory(void *into, const char *value);
const char *payload_add_umask(void *into, const char *value);
const char *payload_add_limit(void *into, const char *value);
const char *payload_add_capabilities(void *into, const char *value);
const char *payload_add_exit_reboot(void *into, const char *value);
const char *payload_add_exit_poweroff(void *into, const char *value);
const char *payload_add_exit_update(void *into, const char *value);

#endif
