"""Generator of Musterstadt, the synthetic town of the starter: nobody in it is real.

`python -m scripts.musterstadt` writes boundaries, blocks, backdrop, crosswalk and deliveries from one seed,
the same bytes each time; the declarations beside them (TOML, texts) are written by hand. `python -m
scripts.musterstadt.compare` lays the town beside Berlin. What was decided:

- The age limit of SGB and GA is 65 in all years: the statutory one rises by months, single years of age
  cannot follow it.
- "Hafenstraße" had the number 60 until 31.12.2018; 06 and 07 were given in 2019. No number ever means two
  areas.
- The town's rates are those of the 27 quarters; the 212 SGB II recipients whom the Jobcenter cannot assign
  are a remainder.
- The row "nicht zuordenbar" hides its young unemployed people as Kanalinsel does, so that neither follows
  from the total.
- Before 2019 the two halves of Hafenstraße are only known together. Converted counts give both the same
  rates, so their change from 2016 to 2020 is an artefact of the conversion; the report of 2020 says so in
  its own words.
- GA of 2016 counts people in homes; the dynamics 2016 to 2020 therefore leave GA out.
- A first delivery of Jobcenter 2024 (two digits transposed), Einwohnerwesen 2023 (quarter 14 twice) and
  Soziales 2022 (a sum typed wrong) comes before its correction.
"""
