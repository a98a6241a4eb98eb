package io.elasticjob.registry;

/**
 * Which registry an instance uses, for people who look at it: two instances that do not see one another often use different
 * ones.
 *
 * @param address such as the connect-string of ZooKeeper; without user and password
 * @param embedded whether it is one for development, in an application's process, which other machines do not share
 */
public record RegistryLocation(String address, boolean embedded) {}
