/** All SQL that depends on the version of the server. PostgreSQL 15 to 18 are supported. */

/** Oldest major version on which the product is tested. */
export const oldestVersion = 15;

/** The major version, as a SQL expression. */
export const majorVersion = `current_setting('server_version_num')::int / 10000`;

/** True if the current role may not change the role with this object id, as a SQL condition. @param role expression of the object id */
export function mayNotChange(role: string): string {
  // Before version 16, a role that may create roles may change all roles except superusers.
  return `(${majorVersion} >= 16 and not pg_has_role(${role}, 'MEMBER WITH ADMIN OPTION'))`;
}
