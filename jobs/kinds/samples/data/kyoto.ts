/** Places of Kyoto; `parsePlaces()` explains the columns. Costs are in yen. */
export const places = `
# Higashiyama
Kiyomizu-dera | sight | 34.9949 135.7850 | 75 | 500 | morning afternoon | top steep | The wooden stage stands on pillars above maples and the city.
Sannenzaka | sight | 34.9966 135.7808 | 30 | 0 | day evening | area steep | Stone steps between pottery shops and teahouses.
Kōdai-ji | sight | 35.0007 135.7812 | 50 | 600 | day | steep | A widow's temple with a bamboo grove and lacquered halls.
Maruyama Park | nature | 35.0036 135.7811 | 30 | 0 | day evening | | A great weeping cherry is the center of the park.
Chion-in | sight | 35.0054 135.7835 | 40 | 0 | day | steep | The largest temple gate in the country, and a bell of seventy tons.
Sanjūsangen-dō | sight | 34.9879 135.7717 | 45 | 600 | day | | A thousand golden figures stand in one long hall.
Kyoto National Museum | museum | 34.9900 135.7731 | 80 | 700 | day | closed:mon | Temple treasures in a calm new wing of stone and water.

# Gion
Yasaka Shrine | sight | 35.0037 135.7785 | 30 | 0 | day evening | | Rows of paper lanterns light the stage after dark.
Hanamikōji-dōri | sight | 35.0020 135.7752 | 35 | 0 | evening | area top | Wooden teahouses; stay on the main street and leave geiko in peace.
Kennin-ji | sight | 35.0003 135.7738 | 50 | 800 | day | | Dragons on the ceiling of the oldest Zen temple in the city.
Minami-za | entertainment | 35.0034 135.7724 | 110 | 6000 | afternoon night | book | Kabuki beside the river where it was first performed.

# Pontochō
Pontochō | food | 35.0053 135.7709 | 90 | 5000 | dinner | area | An alley of lanterns, with terraces above the river in summer.
Tōkasaikan | food | 35.0035 135.7709 | 85 | 4500 | dinner | | Peking duck, river terraces and the oldest lift in the country.
Kiyamachi-dōri | nightlife | 35.0062 135.7701 | 90 | 3000 | night | area | Small bars along a shallow canal under cherry trees.
Live Spot Rag | nightlife | 35.0092 135.7708 | 100 | 4000 | night | | Jazz and fusion on the fifth floor since 1981.

# Nakagyō
Nishiki Market | food | 35.0050 135.7649 | 60 | 1800 | lunch | top | Pickles, tofu doughnuts and skewers in a covered lane.
Kyōgoku Kane-yo | food | 35.0076 135.7673 | 60 | 2800 | lunch dinner | | Grilled eel under a thick omelet, in a wooden house.
Nijō Castle | sight | 35.0142 135.7481 | 90 | 1300 | day | top | Floors that chirp like birds warned the shogun of visitors.
Honke Owariya | food | 35.0126 135.7605 | 60 | 1700 | lunch | | Buckwheat noodles from a shop that opened in 1465.
Kyoto International Manga Museum | museum | 35.0118 135.7594 | 70 | 1200 | day | closed:tue closed:wed | Read on the lawn of a former school, from shelves of 50,000 volumes.
Inoda Coffee Honten | food | 35.0085 135.7632 | 45 | 1500 | morning midday | | Coffee with milk and sugar, in an old house with a garden.
Kyoto Imperial Palace | sight | 35.0254 135.7621 | 60 | 0 | day | closed:mon | Gates, gardens and the throne hall of the former capital.
Club Metro | nightlife | 35.0177 135.7724 | 110 | 3000 | night | | A club in the exit of an underground station.

# Kyoto Station
Kyoto Station | sight | 34.9858 135.7588 | 35 | 0 | day evening | | Stairs of light climb eleven floors to a roof garden.
Kyoto Ramen Kōji | food | 34.9857 135.7576 | 50 | 1200 | lunch dinner | | Noodle soups from all regions, on the tenth floor of the station.
Tō-ji | sight | 34.9804 135.7478 | 50 | 500 | day | | The tallest wooden pagoda, above a pond with herons.
Nishi Hongan-ji | sight | 34.9921 135.7517 | 35 | 0 | day | | Two vast halls of wood, free and often empty.

# Okazaki
Heian Shrine | sight | 35.0160 135.7824 | 50 | 600 | day | | Vermilion halls and a garden with stepping stones.
Kyoto City Kyocera Museum of Art | museum | 35.0130 135.7838 | 80 | 1000 | day | closed:mon | A restored house of 1933 for modern art from the city.
ROHM Theatre Kyoto | entertainment | 35.0140 135.7813 | 110 | 5000 | night | book | Concerts and ballet in a modern classic by Kunio Maekawa.
Nanzen-ji | sight | 35.0112 135.7935 | 60 | 600 | day | top | A brick aqueduct crosses the grounds of a great Zen temple.
Junsei | food | 35.0113 135.7902 | 75 | 3800 | lunch dinner | book | Simmered tofu in a scholar's house with a pond.
Eikan-dō | sight | 35.0147 135.7950 | 50 | 600 | day | steep | A Buddha looks back over its shoulder, among maples.

# Ginkakuji
Ginkaku-ji | sight | 35.0270 135.7982 | 50 | 500 | day | top steep | Raked sand, moss and the pavilion that was never silvered.
Omen | food | 35.0256 135.7945 | 60 | 1500 | lunch dinner | | Thick noodles with sesame and a plate of seven vegetables.
Tetsugaku-no-michi | nature | 35.0197 135.7949 | 45 | 0 | day evening | | The Philosopher's Path follows a canal under cherry trees.

# Kinugasa
Kinkaku-ji | sight | 35.0394 135.7292 | 45 | 500 | day | top | The golden pavilion and its reflection, at opening time.
Ryōan-ji | sight | 35.0345 135.7184 | 45 | 600 | day | | Fifteen stones, of which one always stays hidden.
Ninna-ji | sight | 35.0311 135.7138 | 50 | 800 | day | | A palace temple with late, low cherry trees.

# Kitano
Kitano Tenmangū | sight | 35.0314 135.7350 | 40 | 0 | day | | Students pray here, and plum trees flower in February.
Daitoku-ji | sight | 35.0439 135.7460 | 60 | 500 | day | | Small Zen gardens behind walls; three or four are open.
Ichimonjiya Wasuke | food | 35.0456 135.7427 | 30 | 600 | midday afternoon | closed:wed | Charcoal-roasted rice cakes, sold here for a thousand years.

# Arashiyama
Arashiyama Bamboo Grove | nature | 35.0168 135.6713 | 30 | 0 | morning | top | Light falls green through the stalks before the crowds arrive.
Tenryū-ji | sight | 35.0158 135.6738 | 60 | 500 | day | | A pond garden that borrows the mountains behind it.
Togetsukyō | sight | 35.0129 135.6778 | 20 | 0 | day evening | | A long low bridge in front of wooded hills.
Ōkōchi Sansō | nature | 35.0170 135.6697 | 50 | 1000 | day | steep | An actor's villa, with matcha included at the end of the path.
Nagatsuji-dōri | food | 35.0150 135.6777 | 65 | 1800 | lunch | area | Tofu, soba and sweets along the main street of Arashiyama.

# Fushimi
Fushimi Inari Taisha | sight | 34.9671 135.7727 | 90 | 0 | morning evening | top steep | Thousands of orange gates lead up the mountain of the fox.
Tōfuku-ji | sight | 34.9761 135.7739 | 55 | 600 | day | | Checkerboards of moss and stone, and a bridge over maples.
Gekkeikan Ōkura Sake Museum | museum | 34.9290 135.7614 | 50 | 600 | day | | Wooden vats, a well and three small cups to taste.

# Uji, day trip
Byōdō-in | sight | 34.8893 135.8077 | 70 | 700 | day | top | The hall on the ten-yen coin spreads its wings over a pond.
Ujigami Shrine | sight | 34.8920 135.8114 | 25 | 0 | day | | The oldest shrine building still in use.
Byōdō-in Omotesandō | food | 34.8906 135.8072 | 60 | 1800 | lunch | area | Everything with green tea: noodles, dumplings and ice cream.

# Nara, day trip
Tōdai-ji | sight | 34.6890 135.8398 | 60 | 800 | day | top | A bronze Buddha of fifteen meters under an immense wooden roof.
Nara Park | nature | 34.6851 135.8430 | 50 | 0 | day evening | | Deer bow for crackers on the lawns between the temples.
Kasuga Taisha | sight | 34.6814 135.8484 | 50 | 500 | day | | Three thousand lanterns of stone and bronze in an old forest.
Kōfuku-ji | sight | 34.6832 135.8319 | 40 | 700 | day | | A five-story pagoda and a hall of lifelike statues.
Naramachi | food | 34.6777 135.8298 | 75 | 2800 | lunch dinner | area | Merchants' houses with latticed fronts, cafés and small kitchens.
`;
