package io.elasticjob.testing;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Month;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneOffsetTransitionRule;
import java.time.zone.ZoneOffsetTransitionRule.TimeDefinition;
import java.time.zone.ZoneRules;
import java.time.zone.ZoneRulesProvider;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/** Time zones that somebody has added to a JVM, and that fail when they are worked with, not when they are named. */
public final class PoisonZones extends ZoneRulesProvider {

    /** Until when {@link #LEAP} works. Afterwards its clocks are changed on each 29 February, also where there is none. */
    public static final Instant END = Instant.parse("2026-01-01T00:01:00Z");

    public static final String LEAP = "Test/Leap";
    /** Its rules cannot be loaded while {@link #gone} is set on this thread. */
    public static final String GONE = "Test/Gone";

    private static final ThreadLocal<Boolean> IS_GONE = ThreadLocal.withInitial(() -> false);

    static {
        ZoneRulesProvider.registerProvider(new PoisonZones());
    }

    private PoisonZones() {}

    /** Makes sure that the zones are known. */
    public static void add() {
        gone(false);
    }

    public static void gone(boolean now) {
        IS_GONE.set(now);
    }

    @Override
    protected Set<String> provideZoneIds() {
        return Set.of(LEAP, GONE);
    }

    @Override
    protected ZoneRules provideRules(String zoneId, boolean forCaching) {
        if (zoneId.equals(GONE)) {
            if (forCaching) {
                return null; // they are asked for each time
            }
            if (IS_GONE.get()) {
                throw new NoClassDefFoundError("com/example/Rules");
            }
            return ZoneRules.of(ZoneOffset.UTC);
        }
        LocalDateTime end = LocalDateTime.ofInstant(END, ZoneOffset.UTC);
        ZoneOffset later = ZoneOffset.ofHours(1);
        return ZoneRules.of(
                ZoneOffset.UTC,
                ZoneOffset.UTC,
                List.of(),
                List.of(ZoneOffsetTransition.of(end, ZoneOffset.UTC, later)),
                List.of(ZoneOffsetTransitionRule.of(
                        Month.FEBRUARY,
                        29,
                        null,
                        LocalTime.NOON,
                        false,
                        TimeDefinition.UTC,
                        ZoneOffset.UTC,
                        later,
                        ZoneOffset.UTC)));
    }

    @Override
    protected NavigableMap<String, ZoneRules> provideVersions(String zoneId) {
        return new TreeMap<>();
    }
}
