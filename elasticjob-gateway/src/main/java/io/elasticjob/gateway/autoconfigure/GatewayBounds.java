package io.elasticjob.gateway.autoconfigure;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.gateway.GatewayLimits;
import io.elasticjob.text.VisibleText;
import java.net.URI;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What of the gateway's properties makes sense, told at the start and not when the first worker comes. */
final class GatewayBounds {

    private static final String PREFIX = "elasticjob.gateway.";
    private static final int MOST_WORKERS = 1_000_000;
    private static final int MOST_CREWS = 10_000;
    private static final int MOST_ADDRESSES = 100;
    private static final Pattern PLACE =
            Pattern.compile("([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.%]+])(:(?<port>[0-9]{1,5}))?");

    private GatewayBounds() {}

    /** @throws InvalidSettingException naming the first that is out of its bounds */
    static GatewayLimits limits(ElasticJobGatewayProperties.Limits limits) {
        number("limits.workers", limits.getWorkers(), MOST_WORKERS);
        number("limits.crews", limits.getCrews(), MOST_CREWS);
        if (limits.getLogs().isNegative()) {
            throw new InvalidSettingException(
                    PREFIX + "limits.logs", limits.getLogs().toString(), "must not be negative");
        }
        return new GatewayLimits(
                limits.getWorkers(), limits.getCrews(), limits.getLogs().toBytes());
    }

    private static void number(String key, int value, int most) {
        if (value < 1 || value > most) {
            throw new InvalidSettingException(
                    PREFIX + key, Integer.toString(value), "must be at least 1 and at most " + most);
        }
    }

    /** @throws InvalidSettingException naming the first at which no worker could reach anything */
    static void addresses(List<String> addresses) {
        if (addresses.size() > MOST_ADDRESSES) {
            throw new InvalidSettingException(
                    PREFIX + "addresses",
                    addresses.size() + " addresses",
                    "must be at most " + MOST_ADDRESSES + ": each worker gets all of them");
        }
        for (int i = 0; i < addresses.size(); i++) {
            if (!isAddress(addresses.get(i))) {
                throw new InvalidSettingException(
                        PREFIX + "addresses[" + i + "]",
                        VisibleText.of(addresses.get(i), 80),
                        "must be an address with http or https, such as https://s1:8443");
            }
        }
    }

    /** A host as containers have it may have an underscore, which a URI takes for no host. */
    private static boolean isPlace(String authority) {
        Matcher place = PLACE.matcher(authority);
        if (!place.matches()) {
            return false;
        }
        int port = place.group("port") == null ? 1 : Integer.parseInt(place.group("port"));
        return port >= 1 && port <= 65_535;
    }

    private static boolean isAddress(String text) {
        try {
            URI uri = URI.create(text);
            String authority = uri.getRawAuthority();
            return ("http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme()))
                    && authority != null
                    && isPlace(authority)
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null
                    && text.chars().allMatch(c -> c > ' ' && c < 0x7f)
                    && text.length() <= 500;
        } catch (IllegalArgumentException noAddress) {
            return false;
        }
    }
}
