package com.acme.shop;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.stereotype.Component;

@Component
class Ledger {

    private final List<String> settled = new CopyOnWriteArrayList<>();

    void settle(String region) {
        settled.add(region);
    }

    List<String> settled() {
        return settled;
    }
}
