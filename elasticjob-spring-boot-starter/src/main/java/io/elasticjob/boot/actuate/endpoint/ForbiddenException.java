package io.elasticjob.boot.actuate.endpoint;

/** The one who asks is known, and may not do that, or see it. */
final class ForbiddenException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String key;
    private final String value;

    /**
     * @param key what it is about, such as {@code job}
     * @param value its name
     * @param rule who may
     */
    ForbiddenException(String key, String value, String rule) {
        super(rule);
        this.key = key;
        this.value = value;
    }

    String key() {
        return key;
    }

    String value() {
        return value;
    }
}
