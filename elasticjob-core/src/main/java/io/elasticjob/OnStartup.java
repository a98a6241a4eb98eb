package io.elasticjob;

/**
 * Whether a job also runs once when another version of its application starts.
 *
 * @param version that was started last, as it is stored; "" where it is only asked for
 * @since 0.1.0
 */
public record OnStartup(boolean wanted, String version) {

    /** Runs by its schedule and on request only. */
    public static final OnStartup NEVER = new OnStartup(false, "");

    private static final String WANTED = "true";

    /** @throws InvalidSettingException when it cannot be used */
    static OnStartup read(WrittenSettings written) {
        return written.read(JobKey.ON_STARTUP, value -> {
            if (value.equals(WANTED) || value.startsWith(WANTED + " ")) {
                return new OnStartup(true, value.substring(WANTED.length()).strip());
            }
            if (value.equals("false")) {
                return NEVER;
            }
            throw new IllegalArgumentException("must be true or false");
        });
    }

    /** How it is stored for a version. */
    public static String of(String version) {
        return WANTED + " " + version;
    }
}
